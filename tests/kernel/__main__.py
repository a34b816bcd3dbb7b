"""Run the tests of device nodes in a virtual machine of a stock Debian kernel: `python -m tests.kernel`.

This machine's own files are its root, read-only under an overlay, so that it runs the same Python and the same code.
Needs Debian on x86-64 and what `assets/deploy/system-packages.sh kernel` installs; the kernel is not installed.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "kernel"
BOOT = ("virtio_pci", "9pnet_virtio", "9p", "overlay")
"""What the machine needs before it has its root."""
INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
for module in {boot}; do modprobe $module; done
mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=262144,cache=loose root /ro
mount -t tmpfs -o size=4g rw /rw; mkdir /rw/up /rw/work
mount -t overlay -o lowerdir=/ro,upperdir=/rw/up,workdir=/rw/work overlay /new
for each in proc sys dev; do mount -o move /$each /new/$each; done
mkdir -p /new/dev/pts /new/dev/shm; mount -t devpts pts /new/dev/pts; mount -t tmpfs shm /new/dev/shm
mkdir -p /new/run; mount -t tmpfs run /new/run; mount -t tmpfs -o size=2g tmp /new/var/tmp
mkdir -p /new/mnt; mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 out /new/mnt
ip link set lo up
chroot /new /bin/sh {run} > /new/mnt/log 2>&1
echo $? > /new/mnt/status
sync; poweroff -f
"""
RUN = """export PATH={path} LANG=C.UTF-8 HOME=/root STOREFLOOR_KERNEL=1
while read -r module; do modprobe -d {kernel} $module; done <<'MODULES'
uinput
usbhid
hid_generic
evdev
vivid node_types=0x1 num_inputs=1 input_types=0
dummy_hcd num=3
libcomposite
usb_f_printer
usb_f_hid
usb_f_acm
usblp
cdc_acm
MODULES
mount -t configfs none /sys/kernel/config
/lib/systemd/systemd-udevd --daemon
udevadm trigger && udevadm settle
cd {root}
exec {python} -m pytest -v -p no:cacheprovider --basetemp=/var/tmp/tests {tests}
"""
TOOLS = ("qemu-system-x86_64", "busybox", "cpio", "depmod", "udevadm")
REAL_NODE = "tests/devices/test_key_scanner.py::test_a_real_node_is_taken_read_and_named_when_it_is_gone"


def main() -> int:
    """The status of the tests; 2 where the machine can't be made."""
    parser = argparse.ArgumentParser(prog="python -m tests.kernel", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30, help="how long it may take (default 30)")
    parser.add_argument("tests", nargs="*", default=["tests/kernel", REAL_NODE])
    asked = parser.parse_args()
    missing = [
        tool for tool in ("qemu-system-x86_64", "busybox", "cpio", "depmod", "udevadm") if not shutil.which(tool)
    ]
    if missing:
        print(f"{', '.join(missing)} missing: run sh assets/deploy/system-packages.sh kernel", file=sys.stderr)
        return 2
    version = _kernel()
    _initial(version)
    return _boot(version, asked.tests, asked.minutes * 60)


def _kernel() -> str:
    """Fetch and unpack Debian's kernel; its version."""
    tree = WORK / "kernel"
    if not tree.exists():
        said = subprocess.run(["apt-cache", "depends", "linux-image-amd64"], check=True, capture_output=True, text=True)
        package = next(line.split()[-1] for line in said.stdout.splitlines() if "Depends" in line)
        WORK.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", "-qq", package], cwd=WORK, check=True)
        [deb] = WORK.glob(f"{package}_*.deb")
        subprocess.run(["dpkg-deb", "-x", str(deb), str(tree)], check=True)
    [modules] = (tree / "lib" / "modules").iterdir()
    subprocess.run(["depmod", "-b", str(tree), modules.name], check=True)
    return modules.name


def _initial(version: str) -> None:
    """What the kernel starts with: busybox and the modules that bring the root."""
    here, modules = WORK / "initial", WORK / "kernel" / "lib" / "modules" / version
    shutil.rmtree(here, ignore_errors=True)
    for name in ("bin", "ro", "rw", "new", "proc", "sys", "dev"):
        (here / name).mkdir(parents=True)
    shutil.copy(str(shutil.which("busybox")), here / "bin" / "busybox")
    lines = (line.split(":") for line in (modules / "modules.dep").read_text().splitlines())
    needs = {path: rest.split() for path, rest in lines}
    named = {Path(path).stem: path for path in needs}
    wanted = {file for name in BOOT for file in (named[name], *needs[named[name]])}
    for file in (*wanted, *(each.name for each in modules.glob("modules.*"))):
        kept = here / "lib" / "modules" / version / file
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(modules / file, kept)
    (here / "init").write_text(INIT.format(boot=" ".join(BOOT), run="/mnt/run.sh"))
    (here / "init").chmod(0o755)
    packed = "find . | cpio -o -H newc --quiet | gzip -1 > ../initial.gz"
    subprocess.run(["sh", "-c", packed], cwd=here, check=True)


def _boot(version: str, tests: list[str], seconds: float) -> int:
    """Start the machine, wait for its end, and show what the tests said."""
    out = WORK / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    run = RUN.format(
        path=os.environ["PATH"], kernel=WORK / "kernel", root=ROOT, python=sys.executable, tests=" ".join(tests)
    )
    (out / "run.sh").write_text(run)
    command = [
        "qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-m", "6144", "-smp", "2", "-no-reboot",
        "-display", "none", "-net", "none", "-serial", f"file:{out / 'console'}",
        "-kernel", str(WORK / "kernel" / "boot" / f"vmlinuz-{version}"), "-initrd", str(WORK / "initial.gz"),
        "-append", "console=ttyS0 panic=5 quiet",
        "-fsdev", "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap",
        "-device", "virtio-9p-pci,fsdev=root,mount_tag=root",
        "-fsdev", f"local,id=out,path={out},security_model=none", "-device", "virtio-9p-pci,fsdev=out,mount_tag=out",
    ]  # fmt: skip
    subprocess.run(command, check=True, timeout=seconds)
    print((out / "log").read_text())
    return int((out / "status").read_text())


if __name__ == "__main__":
    sys.exit(main())
