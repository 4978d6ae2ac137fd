"""What people said of a photo and a text -> how well they fit, from 0 to 1.

`ws.relevance(data)` is this package: Python binds a subpackage to its name as soon as any part of it is
imported, so a function of the same name would be there on one day and hidden on the next. Called, the package
does what its function `relevance` does.
"""

from __future__ import annotations

import sys
from types import ModuleType

from withsense_tf.relevance.agreement import agreement
from withsense_tf.relevance.balance import balance
from withsense_tf.relevance.blend import relevance

__all__ = ["agreement", "balance", "relevance"]


class _CallablePackage(ModuleType):
    __call__ = staticmethod(relevance)


sys.modules[__name__].__class__ = _CallablePackage
