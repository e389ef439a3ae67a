"""The texts in a picture file, read without its pixels: PNG, JPEG, WebP, AVIF, EXIF."""

from .file import PictureFile, read_picture_file, texts_in_file

__all__ = ["PictureFile", "read_picture_file", "texts_in_file"]
