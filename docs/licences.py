"""The licences of all that a site runs on: `make audit` writes docs/licences.md with it.

Run with the Python of the audit's tools, and with the Python of an environment that holds what
requirements.txt names. Ends with status 1 where a licence is none of those that we looked at.
"""

import json
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).with_name("licences.md")
# What each of these asks of somebody who runs the site, we do: nothing is changed, nothing hidden.
PERMISSIVE = ("Apache", "BSD", "ISC", "MIT", "PSF", "Python Software Foundation")
# They ask that changes of their own files stay open. Countersign changes none.
FILE_COPYLEFT = ("MPL", "Mozilla Public License", "Lesser General Public License")
# What the names alone do not say, looked up in the packages themselves.
LOOKED_UP = {
    "qrcode": "BSD; the other is a notice that QR Code is a trademark",
}
INTRODUCTION = """# Licences of what Countersign runs on

`make audit` writes this page from what the packages say of themselves, and stops at a licence
that nobody looked at. Where a package offers several, the first that asks least is ours. Nothing of
them is changed, and no file of theirs is in this repository.

| package | licence |
|---|---|
"""


def main(python: str) -> int:
    packages = read_packages(python)
    lines = [f"| {package['Name']} | {package['License']} |\n" for package in packages]
    PAGE.write_text(INTRODUCTION + "".join(lines))
    unknown = [package for package in packages if not is_known(package)]
    for package in unknown:
        print(f"Nobody looked at this licence yet: {package['Name']}, {package['License']}")
    return 1 if unknown else 0


def read_packages(python: str) -> list[dict[str, str]]:
    """Name, version and licence of each package of an environment, by name."""
    command = [
        str(Path(sys.executable).with_name("pip-licenses")),
        *("--python", python, "--from", "mixed", "--format", "json"),
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    return sorted(json.loads(done.stdout), key=lambda package: package["Name"].lower())


def is_known(package: dict[str, str]) -> bool:
    """Whether one of the licences that a package offers is among ours."""
    if package["Name"] in LOOKED_UP:
        return True
    return any(name in package["License"] for name in PERMISSIVE + FILE_COPYLEFT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
