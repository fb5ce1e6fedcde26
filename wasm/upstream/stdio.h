// wasm/upstream/stdio.h: included by upstream's codecs, which use nothing of it.
