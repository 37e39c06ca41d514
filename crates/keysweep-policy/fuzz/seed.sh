#!/bin/sh
# Makes the first inputs of every target from the policies of the repository.
set -eu
cd "$(dirname "$0")"
mkdir -p corpus/front_matter corpus/compile corpus/evaluate
for policy in ../../../policies/*.rhai ../../../examples/policies/*.rhai; do
    name=$(basename "$policy" .rhai)
    cp "$policy" "corpus/compile/$name"
    sed -n 's|^//! \{0,1\}||p' "$policy" > "corpus/front_matter/$name"
    # A target takes its kind of resource from the first byte: a letter for each kind.
    for kind in a b c d e f g h i; do
        { printf '%s' "$kind"; grep -v '^//!' "$policy"; } > "corpus/evaluate/$kind-$name"
    done
done
