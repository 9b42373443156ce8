"""A worker on a system that has no Landlock."""

from threebath.render import worker
from threebath.render.sandbox import landlock

if __name__ == "__main__":
    landlock.restrict = lambda: 0
    worker.main()
