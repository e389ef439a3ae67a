"""Records of programs that write neither the web UI's words nor ComfyUI's graph."""
