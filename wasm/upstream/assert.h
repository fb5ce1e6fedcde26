// wasm/upstream/assert.h: upstream's assertions are for its own tests.
#ifndef ALI_UPSTREAM_ASSERT_H
#define ALI_UPSTREAM_ASSERT_H

#define assert(condition) ((void)0)

#endif
