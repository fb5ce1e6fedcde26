#!/bin/bash
# Installs what building and testing need (docs/dependencies.md): Debian packages as root or by sudo, and
# Node where the distribution's is older than 20. Does nothing, quickly, where everything is there. Where
# it may not install, it prints the one line that would.
set -euo pipefail
cd "$(dirname "$0")/.."

NODE_LEAST=20
NODE_RANGE='^20.9.0'

# A package is there.
has() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# A package is in the index.
offered() { [ -n "$(apt-cache madison "$1" 2>/dev/null)" ]; }

# The compiler's packages: version 19 where it is offered, else the newest that is.
compiler_packages() { echo "clang-$1 lld-$1 llvm-$1 libclang-rt-$1-dev clang-format-$1"; }

compiler_version() {
    local version
    for version in 19 18 17 16 15 14; do
        if has "clang-$version" || offered "clang-$version"; then echo "$version"; return; fi
    done
    echo 19
}

node_program() {
    local program
    for program in build/node/node_modules/node/bin/node "$(command -v node || true)" "$(command -v nodejs || true)"; do
        [ -x "$program" ] || continue
        if [ "$("$program" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -ge "$NODE_LEAST" ]; then
            echo "$program"
            return
        fi
    done
}

missing_packages() {
    local package
    for package in $(compiler_packages "$(compiler_version)") binaryen wabt chromium libcurl4-openssl-dev \
        zlib1g-dev libzstd-dev libbrotli-dev libcmocka-dev pkgconf nginx-light curl ca-certificates openssl git binutils libc6-dev; do
        # Two names of one thing: pkg-config was a package of its own before Debian 12.
        if [ "$package" = pkgconf ] && command -v pkg-config >/dev/null; then continue; fi
        has "$package" || echo "$package"
    done
    [ -n "$(node_program)" ] || command -v node >/dev/null || echo nodejs
    command -v npm >/dev/null || echo npm
}

install_packages() {
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            echo "deps: these packages are missing; install them as root:" >&2
            echo "apt-get install --no-install-recommends $*" >&2
            exit 1
        fi
        as_root=(sudo -n)
    fi
    echo "deps: installing $*"
    mkdir -p build
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Acquire::Retries=3 \
        -o Dpkg::Use-Pty=0 --no-install-recommends install "$@" >build/deps.log 2>&1; then
        tail -n 20 build/deps.log >&2
        echo "deps: the packages could not be installed; build/deps.log tells more" >&2
        exit 1
    fi
}

update_index() {
    local as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo -n)
    "${as_root[@]}" apt-get -qq -o Acquire::Retries=3 update ||
        echo "deps: the package index could not be updated; going on with the one that is there" >&2
}

install_node() {
    echo "deps: installing Node $NODE_RANGE into build/node"
    mkdir -p build/node
    npm install --prefix build/node --no-audit --no-fund --loglevel=error "node@$NODE_RANGE" >/dev/null
}

# Tools of the tests, pinned by tests/package-lock.json.
install_test_tools() {
    local stamp=tests/node_modules/.package-lock.json
    [ -f tests/package-lock.json ] || return 0
    [ ! -f "$stamp" ] || [ tests/package-lock.json -nt "$stamp" ] || return 0
    echo "deps: installing the tools of the tests"
    (cd tests && npm ci --no-audit --no-fund --loglevel=error >/dev/null && touch node_modules/.package-lock.json)
}

# Which version of the compiler is offered is known only with an index.
missing=$(missing_packages)
if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; then update_index; fi
    missing=$(missing_packages)
fi
# shellcheck disable=SC2086 # one word a package
[ -z "$missing" ] || install_packages $missing
[ -n "$(node_program)" ] || install_node
[ -n "$(node_program)" ] || { echo "deps: there is no Node of version $NODE_LEAST or newer" >&2; exit 1; }
.ci/upstream.sh
install_test_tools
