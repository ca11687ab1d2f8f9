#!/bin/sh
# A running program reads parts of itself when it first needs them: its files must not change
# under it, and positions that it guards must not be left alone unasked.
set -e
case "$1" in
upgrade | remove)
    for running in /proc/[0-9]*/exe; do
        if [ "$(readlink "$running" 2>/dev/null)" = /usr/lib/justtrades/justtrades ]; then
            echo "JustTrades is running: quit it (File > Quit, or the menu of its tray icon), then try again." >&2
            exit 1
        fi
    done
    ;;
esac
