"""The bytes are not acceptable."""

from threebath.core.errors.base import UploadError


class FileRejected(UploadError):
    slug = "file"


class NoFile(FileRejected):
    slug = "file.none"
    text = "the request carries no file"


class TooManyFiles(FileRejected):
    slug = "file.too_many"
    text = "the request carries too many files"

    def __init__(self, limit: int) -> None:
        super().__init__(f"at most {limit} file(s) are taken at a time")
        self.limit = limit


class TooManyBytes(FileRejected):
    slug = "file.too_many_bytes"
    text = "the file has too many bytes"

    def __init__(self, limit: int) -> None:
        super().__init__(f"the file is larger than {limit} bytes")
        self.limit = limit


class UnknownFormat(FileRejected):
    slug = "file.format"
    text = "the file is not of a supported format"


class EmptyFile(UnknownFormat):
    slug = "file.empty"
    text = "the file is empty"


class FormatNotAllowed(UnknownFormat):
    slug = "file.format_not_allowed"
    text = "files of this type are not taken here"

    def __init__(self, found: str) -> None:
        super().__init__(f"files of type {found} are not taken here")
        self.found = found


class CorruptFile(FileRejected):
    slug = "file.corrupt"
    text = "the file's format is known but its content is damaged"

    def __init__(self, detail: str = "") -> None:
        told = f" ({detail})" if detail else ""
        super().__init__(f"{self.text}{told}")
        self.detail = detail


class TooManyPixels(FileRejected):
    slug = "file.too_many_pixels"
    text = "the picture is too large"


class TooManyFrames(TooManyPixels):
    slug = "file.too_many_frames"
    text = "the picture has too many frames or scans"

    def __init__(self, limit: int) -> None:
        super().__init__(f"the picture has more than {limit} frames or scans")
        self.limit = limit


class TooFewPixels(FileRejected):
    slug = "file.too_few_pixels"
    text = "the picture is too small"


class BadAspect(FileRejected):
    slug = "file.aspect"
    text = "the picture is too narrow or too wide"


class BadDuration(FileRejected):
    slug = "file.duration"
    text = "it is too short or too long"


class BadCrop(FileRejected):
    slug = "file.crop"


class CropOutside(BadCrop):
    slug = "file.crop_outside"


class CropTooSmall(BadCrop):
    slug = "file.crop_small"
