#!/usr/bin/env bash
# Cuts the power of the real server on a real ext4, and looks whether everything acknowledged is there.
#
#   scripts/powercut.sh [--rounds N] [--sabotage] [BINARY]     scripts/powercut.sh --possible
#
# The server writes to an ext4 in an image file, while clients update functions. At moments drawn at random all its
# threads are stopped and the image is copied. The copy has what ext4 has handed to its device, and nothing of what is
# only in the system's memory: contents without a sync, and most of sled's files. On the copy `funclet check` has to be
# content, and a server has to show every function as it was acknowledged. A round has two such cuts: one while the
# server works, one while it opens the store after it was killed. Every second round it is closed instead, and there is
# one cut more, of the closed store.
#
# Not shown: what a device loses of its own cache, for here a write is durable as soon as ext4 has sent it; and a name
# that lacks a sync, for ext4 makes names durable with whatever is synced next.
#
# --sabotage runs the server with --no-sync: then something has to be lost, and the loss has to be noticed.
# --possible only tells whether this machine can do it. It takes root, loop devices, mkfs.ext4 and python3; where they
# are missing everything is SKIPPED, which is a failure if FUNCLET_REQUIRE_POWERCUT=1.
set -euo pipefail

rounds=3 sabotage= possible= binary=
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2; shift ;;
        --sabotage) sabotage=--no-sync ;;
        --possible) possible=1 ;;
        -*) echo "unknown option $1" >&2; exit 2 ;;
        /*) binary=$1 ;;
        *) binary=$PWD/$1 ;;
    esac
    shift
done
cd "$(dirname "$0")/.."
required=${FUNCLET_REQUIRE_POWERCUT:-}
# The server takes its options from here only.
for name in "${!FUNCLET_@}"; do unset "$name"; done

skip() {
    echo "SKIPPED: power cuts: $1" >&2
    [ -z "$possible" ] && [ "$required" != 1 ]
    exit
}

fail() {
    echo "FAILED: $1" >&2
    exit 1
}

work=$(mktemp -d)
server= reader= client=
clean_up() {
    local pid
    for pid in $client $reader $server; do kill -KILL "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    # The loop devices go with what is mounted from them.
    for place in "$work/cut" "$work/live"; do
        if mountpoint -q "$place"; then umount "$place" || umount --lazy "$place"; fi
    done
    rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# What this machine can do is known when it has been done.
[ "$(id -u)" = 0 ] || skip "they need root"
for program in losetup mkfs.ext4 mount mountpoint python3; do
    command -v "$program" >/dev/null || skip "there is no $program"
done
losetup --find >/dev/null 2>&1 || skip "there are no loop devices"
mkdir "$work/live" "$work/cut"
# Room for many rounds. What is not written takes none of the disk below.
truncate -s 4G "$work/live.img"
mkfs.ext4 -q -F -N 100000 -J size=16 -E lazy_itable_init=0,lazy_journal_init=0 "$work/live.img"
# A long interval, so that nothing becomes durable because time passes.
mount -o loop,commit=300 "$work/live.img" "$work/live" 2>/dev/null || skip "a loop device cannot be mounted"
[ -z "$possible" ] || exit 0

if [ -z "$binary" ]; then
    binary=${CARGO_TARGET_DIR:-target}/release/funclet
    [ -x "$binary" ] || fail "there is no $binary; build it (cargo build --release), or name another"
fi

# Starts a server on the store in live/ or cut/; its process is $started.
launch() {
    rm -f "$work/$1.ready"
    "$binary" serve --listen 127.0.0.1:0 --ready-file "$work/$1.ready" --log-level error \
        --data-dir "$work/$1/store" "${@:2}" >"$work/$1.out" 2>&1 &
    started=$!
}

# Waits until the server in live/ or cut/ is ready, whose process is the second argument. Fails if it ends instead.
is_ready() {
    local deadline=$((SECONDS + 60))
    until [ -s "$work/$1.ready" ]; do
        if ! kill -0 "$2" 2>/dev/null; then
            cat "$work/$1.out"
            return 1
        fi
        [ $SECONDS -lt $deadline ] || fail "the server is not ready after a minute"
        sleep 0.01
    done
}

work_on() {
    python3 scripts/powercut.py write "$(cat "$work/live.ready")" "$work/journal" &
    client=$!
}

# Waits until so many more answers have come.
answers() {
    local deadline=$((SECONDS + 60)) wanted=$(($(count) + $1))
    while [ "$(count)" -lt "$wanted" ]; do
        kill -0 "$client" 2>/dev/null || fail "the client has ended"
        [ $SECONDS -lt $deadline ] || fail "no more answers come"
        sleep 0.005
    done
}

count() { grep -c '^done ' "$work/journal" 2>/dev/null || true; }

# Stops the server if there is one, copies the image and what was acknowledged, and lets the server go on.
cut_power() {
    local before
    if [ -n "$server" ]; then
        kill -STOP "$server"
        # Whoever is in the middle of a sync stops when it is done.
        while [ -n "$(grep -L '^State:.T' "/proc/$server/task/"*/status 2>/dev/null)" ]; do :; done
    fi
    # The system itself may write what it has kept for long: then the copy would be of no one moment.
    until
        before=$(stat -c %y "$work/live.img")
        cp --sparse=always "$work/live.img" "$work/cut.img"
        [ "$(stat -c %y "$work/live.img")" = "$before" ]
    do :; done
    cp "$work/journal" "$work/told"
    [ -z "$server" ] || kill -CONT "$server"
}

# Looks at what the cut has left.
all_is_there() {
    local outcome=0
    mount -o loop "$work/cut.img" "$work/cut"
    if "$binary" check "$work/cut/store" >"$work/cut.out" 2>&1; then
        launch cut
        reader=$started
        if is_ready cut "$reader"; then
            python3 scripts/powercut.py read "$(cat "$work/cut.ready")" "$work/told" || outcome=1
            kill -TERM "$reader"
        fi
        wait "$reader" || outcome=1
        reader=
    else
        cat "$work/cut.out"
        outcome=1
    fi
    umount "$work/cut"
    return $outcome
}

# Ends the server by a signal, and the client with it.
end() {
    kill "-$1" "$server"
    wait "$server" 2>/dev/null || [ "$1" = KILL ] || fail "the server did not close the store"
    server=
    wait "$client" || fail "the client was told something wrong"
    client=
}

# Cuts the power and looks. What is lost is a failure, or what was expected.
lost=0
examine() {
    cut_power
    if all_is_there; then
        echo "$1: $(grep -c '^done ' "$work/told") answers, all that they say is there"
    elif [ -n "$sabotage" ]; then
        echo "$1: the loss is noticed"
        lost=$((lost + 1))
    else
        fail "$1: acknowledged data is lost"
    fi
}

touch "$work/journal"
if [ -n "$sabotage" ]; then
    # The store itself is durable, so that what is lost is what it acknowledges from now on.
    launch live
    server=$started
    is_ready live "$server" || fail "the server does not start"
    kill -TERM "$server"
    wait "$server"
fi
launch live $sabotage
server=$started
for ((round = 1; round <= rounds; round++)); do
    is_ready live "$server" || fail "the server does not start"
    work_on
    answers $((RANDOM % 150 + 20))
    examine "round $round"
    answers $((RANDOM % 50 + 1))
    if [ $((round % 2)) -eq 1 ]; then
        end KILL
    else
        end TERM
        examine "round $round, closed"
    fi
    launch live $sabotage
    server=$started
    sleep "0.0$((RANDOM % 6))"
    examine "round $round, opening again"
done
[ -z "$sabotage" ] || [ $lost -gt 0 ] || fail "nothing was lost without syncs: this test would notice nothing"
