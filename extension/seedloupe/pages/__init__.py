"""What every page to keep is made of: one template, one style sheet, one policy, one encoder.

A page is one file that opens from disk and fetches nothing. Its words come from tables, prompts and
names of files that anybody may have written, so three things hold for all pages:

* templates escape what is put into them (:func:`render_page`);
* what a script reads travels as :func:`script_json`, since escaping does not reach into scripts;
* a page's policy allows its own style and script by their hashes (:func:`content_policy`).
"""

from .encode import data_address, script_json
from .policy import content_policy
from .render import render_page, stream_page

__all__ = ["content_policy", "data_address", "render_page", "script_json", "stream_page"]
