#!/bin/sh
# usage: check_install.sh BUILD_DIR PROGRAM.c
# Installs the build into a temporary prefix, compiles an outside program with nothing but pkg-config, and runs it.
set -eu
build=$1
program=$2
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
DESTDIR=$stage meson install -C "$build" --no-rebuild --quiet
pc=$(find "$stage" -name recs.pc)
PKG_CONFIG_PATH=$(dirname "$pc")
PKG_CONFIG_SYSROOT_DIR=$stage
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
libdir=$(pkg-config --variable=libdir recs)
libdir=$stage${libdir#"$stage"}
data=$(dirname "$program")/data/quickstart.csv
${CC:-cc} -Wall -Wextra -Werror "$program" $(pkg-config --cflags --libs recs) -o "$stage/shared"
LD_LIBRARY_PATH=$libdir "$stage/shared" "$data"
${CC:-cc} "$program" $(pkg-config --cflags recs) "$libdir/librecs.a" $(pkg-config --libs --static recs | sed 's/-lrecs//') -o "$stage/static"
"$stage/static" "$data"
test -f "$(pkg-config --variable=cdef recs)" || test -f "$stage$(pkg-config --variable=cdef recs)"
