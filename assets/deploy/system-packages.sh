#!/bin/sh
# Install the system libraries that are missing, by apt where this user may; else print the one command and stop.
# usage: system-packages.sh screen|test|kernel    (screen: what a window needs; test: also a virtual screen and its
# input; kernel: also a virtual machine in whose kernel device nodes can be made)
# libzbar0 is wanted, not needed: without it the camera reads fewer worn labels, and says so.
set -eu
want="python3-venv libgl1 libgl1-mesa-dri libegl1 libzbar0"
[ "${1:-screen}" = test ] && want="$want xvfb xdotool"
[ "${1:-screen}" = kernel ] && want="$want xvfb xdotool qemu-system-x86 busybox-static cpio kmod udev"

missing=""
for package in $want; do
    case "$package" in
        python3-venv) "${PYTHON:-python3}" -c 'import ensurepip, venv' 2>/dev/null && continue ;;
        xvfb) command -v Xvfb >/dev/null 2>&1 && continue ;;
        xdotool) command -v xdotool >/dev/null 2>&1 && continue ;;
        qemu-system-x86) command -v qemu-system-x86_64 >/dev/null 2>&1 && continue ;;
        busybox-static) command -v busybox >/dev/null 2>&1 && continue ;;
        cpio) command -v cpio >/dev/null 2>&1 && continue ;;
        kmod) command -v depmod >/dev/null 2>&1 && continue ;;
        udev) command -v udevadm >/dev/null 2>&1 && continue ;;
        libgl1) ldconfig -p 2>/dev/null | grep -q 'libGL\.so\.1' && continue ;;
        libzbar0) ldconfig -p 2>/dev/null | grep -q 'libzbar\.so\.0' && continue ;;
        libegl1) ldconfig -p 2>/dev/null | grep -q 'libEGL\.so\.1' && continue ;;
        libgl1-mesa-dri) ls /usr/lib/*/dri/swrast_dri.so /usr/lib/*/libgallium*.so >/dev/null 2>&1 && continue
            ls /usr/lib/*/dri/*_dri.so >/dev/null 2>&1 && continue ;;
    esac
    missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    [ "$missing" = " libzbar0" ] && exit 0
    echo "These are missing and there is no apt here to install them:$missing" >&2
    exit 1
fi
run=""
if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        run="sudo -n"
    else
        hint="sudo apt-get update && sudo apt-get install -y$missing"
        [ "$missing" = " libzbar0" ] && echo "The camera reads more worn labels with: $hint" >&2 && exit 0
        echo "Some system libraries are missing. Run this once, then start again:" >&2
        echo "    $hint" >&2
        exit 1
    fi
fi
echo "Installing$missing"
$run apt-get update -qq
$run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null
