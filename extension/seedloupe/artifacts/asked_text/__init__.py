"""Whether a prompt asks for text in the picture, and for which words."""

from .request import TextRequest, find_request

__all__ = ["TextRequest", "find_request"]
