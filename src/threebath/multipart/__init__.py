"""Bodies in: multipart forms as streams, the parameters of calls, and caps on all of it."""

from threebath.multipart.form import FilePart, MultipartForm
from threebath.multipart.limits import CALL, FormLimits
from threebath.multipart.order import by_suffix
from threebath.multipart.pace import Pace, paced
from threebath.multipart.params import read_pairs

__all__ = [
    "CALL",
    "FilePart",
    "FormLimits",
    "MultipartForm",
    "Pace",
    "by_suffix",
    "paced",
    "read_pairs",
]
