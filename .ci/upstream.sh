#!/bin/bash
# Fetches the sources of what the wasm twin compiles from upstream (docs/dependencies.md): for each library
# that the native twin links, the distribution's source package of the installed version, into
# build/third_party/<name>. Does nothing, quickly, where they are there.
#
# The lines of the package sources are those of this machine, made into lines of source packages in a folder
# of their own: the machine's configuration stays as it is, and no right to write it is needed. Archives are
# compared with the table below, whatever the index said of them.
set -euo pipefail
cd "$(dirname "$0")/.."

THIRD=$PWD/build/third_party
WORK=$THIRD/.apt

# name, package whose version counts, source package, its upstream version, SHA-256 of the archive.
TABLE='
zstd libzstd-dev libzstd 1.5.4+dfsg2 8cf4bbb65e77ec348d052c8d6230eba66d435bddf64c8b5be2fcb16880c19953
zstd libzstd-dev libzstd 1.5.7+dfsg 0c092ef267edce57ba7f3f2645c861f72eaf5e76273c6c3632869423464b90a5
zlib zlib1g-dev zlib 1.2.13.dfsg 71feb7947e3c00ef125f83b79a4e529bde31171e5babe48b391f06758d1ab0a1
zlib zlib1g-dev zlib 1.3.dfsg+really1.3.1 60dd315c07f616887caa029408308a018ace66e3d142726a97db164b3b8f69fb
brotli libbrotli-dev brotli 1.0.9 f9e8d81d0405ba66d181529af42a3354f838c939095ff99930da6aa9cdf6fe46
brotli libbrotli-dev brotli 1.1.0 10973f4b4199eafa1d5735ef661ddb2ec2f97319ee9fd1824d4aabe08cff5265
'

stop() { echo "deps: $*" >&2; exit 1; }

# The installed version of a package's source, as 1:1.2.13.dfsg-1; and what upstream made of it.
version_of() { dpkg-query -W -f='${source:Version}' "$1" 2>/dev/null || true; }
upstream_of() { local version=${1#*:}; echo "${version%-*}"; }

# The package sources of this machine, as lines of source packages.
write_sources() {
    local file
    mkdir -p "$WORK/parts" "$WORK/lists/partial" "$WORK/cache/archives/partial"
    rm -f "$WORK"/parts/*
    : >"$WORK/none.list"
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -f "$file" ] || continue
        sed -n 's/^[[:space:]]*deb[[:space:]]/deb-src /p' "$file" >"$WORK/parts/$(basename "$file" .list).list"
    done
    for file in /etc/apt/sources.list.d/*.sources; do
        [ -f "$file" ] || continue
        sed 's/^Types:.*/Types: deb-src/' "$file" >"$WORK/parts/$(basename "$file")"
    done
}

private_apt() {
    apt-get -qq -o "Dir::Etc::sourcelist=$WORK/none.list" -o "Dir::Etc::sourceparts=$WORK/parts" \
        -o "Dir::State::lists=$WORK/lists" -o "Dir::Cache=$WORK/cache" \
        -o Acquire::Retries=3 -o APT::Sandbox::User=root "$@"
}

# Sources of a repository without any are no trouble, as long as the packages below are found.
update_sources() {
    [ ! -e "$WORK/updated" ] || return 0
    write_sources
    private_apt update >"$WORK/log" 2>&1 || echo "deps: not every index of source packages could be updated" >&2
    touch "$WORK/updated"
}

download() { (cd "$WORK/download" && private_apt source --download-only --tar-only "$1") >>"$WORK/log" 2>&1; }

fetch() {
    local name=$1 source=$2 version=$3 sum=$4 archive found
    echo "deps: fetching the sources of $source $version"
    update_sources
    rm -rf "$WORK/download" "${THIRD:?}/$name"
    mkdir -p "$WORK/download" "$THIRD/$name"
    # The newest one, which differs in Debian's own part, where the installed version is not offered any more.
    download "$source=$version" || download "$source" ||
        { tail -n 5 "$WORK/log" >&2; stop "the source package $source $version could not be fetched"; }
    archive=$(find "$WORK/download" -name '*.orig.tar.*' ! -name '*.asc')
    found=$(sha256sum "$archive" | cut -d' ' -f1)
    [ "$found" = "$sum" ] || stop "$(basename "$archive") has the SHA-256 $found instead of $sum"
    tar -xf "$archive" -C "$THIRD/$name" --strip-components=1
    upstream_of "$version" >"$THIRD/$name/.version"
    rm -f "$THIRD/.stamp"
}

# One library: nothing to do if the sources are those of the installed version.
provide() {
    local name=$1 package=$2 source=$3 version upstream sum
    version=$(version_of "$package")
    [ -n "$version" ] || stop "$package is not installed; make deps installs it"
    upstream=$(upstream_of "$version")
    [ "$(cat "$THIRD/$name/.version" 2>/dev/null || true)" != "$upstream" ] || return 0
    sum=$(awk -v name="$name" -v version="$upstream" '$1 == name && $4 == version { print $5 }' <<<"$TABLE")
    [ -n "$sum" ] || stop "the sources of $source $version are not in the table of .ci/upstream.sh"
    fetch "$name" "$source" "$version" "$sum"
}

provide zstd libzstd-dev libzstd
provide zlib zlib1g-dev zlib
provide brotli libbrotli-dev brotli
rm -rf "$WORK"
[ -e "$THIRD/.stamp" ] || touch "$THIRD/.stamp"
