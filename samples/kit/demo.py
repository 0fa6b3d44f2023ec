"""What `demo` of every sample has in common: its options, its folder, how it ends."""

import argparse
import pathlib
import shutil
import sys
import tempfile
import time

from .programs import Failed
from .telling import Teller


def read_arguments(doc, add_options=None):
    parser = argparse.ArgumentParser(description=doc.split("\n\n")[0])
    parser.add_argument("--lang", choices=("zh", "en"), default="zh")
    parser.add_argument("--keep", type=pathlib.Path, metavar="DIR", help="a new folder for the office and the phones, kept")
    parser.add_argument("--seed", type=int, default=1, help="another story for another number (1)")
    parser.add_argument("--small", action="store_true", help="a small place, for a first look and for tests")
    parser.add_argument("--all", action="store_true", help="list everything, not only the first few")
    if add_options:
        add_options(parser)
    return parser.parse_args()


def play(name, doc, run, add_options=None):
    """Reads the options, calls `run(arguments, folder, teller)`, which says whether all holds; the exit code."""
    arguments = read_arguments(doc, add_options)
    if arguments.keep and arguments.keep.exists() and any(arguments.keep.iterdir()):
        sys.exit(f"{arguments.keep} 已有内容,请换一个新文件夹\n{arguments.keep} is not empty; name a new folder")
    folder = arguments.keep or pathlib.Path(tempfile.mkdtemp(prefix=f"doorstep-{name}-"))
    folder.mkdir(parents=True, exist_ok=True)
    holds = False
    try:
        teller = Teller(arguments.lang, arguments.all)
        holds = run(arguments, folder.resolve(), teller)
        teller.line()
        total = time.monotonic() - teller.began
        if holds:
            teller.line(f"以上句句属实。共用{total:.1f}秒。", f"All of this is true. {total:.1f} s in all.")
        else:
            teller.line("有不属实的地方(见上面的 ✗)。", "Not all of this is true (see ✗ above).")
    except Failed as failed:
        print(failed, file=sys.stderr)
    except KeyboardInterrupt:
        print("中途停了。\nInterrupted.", file=sys.stderr)
    finally:
        # What went wrong is still to be seen there.
        if (folder / "office").exists() and (arguments.keep or not holds):
            print(f"\n{folder}")
        elif not arguments.keep:
            shutil.rmtree(folder)
    return 0 if holds else 1
