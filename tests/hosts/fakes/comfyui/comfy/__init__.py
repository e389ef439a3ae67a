"""A double of the corners of ComfyUI's engine that Seedloupe touches, traps included.

What the real host was seen to do, and this does too: a model's clones share the network and not
the wrappers; the U-Net walks the children of its containers, so hooks on ``input_blocks[i]`` never
fire; positive and negative come as one call with the rows ``[1, 0]`` reversed, or one by one
(``samplers.split_calls``), and at guidance 1 without the negative; texts of several lengths in one
call are repeated to one length; empty latents get the model's channels before noise is drawn.
"""
