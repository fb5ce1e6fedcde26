// open/open.h: opening one object, alone or as one of many.
#ifndef ALI_OPEN_OPEN_H
#define ALI_OPEN_OPEN_H

#include "data/dataset.h"

// As ali_open_start(), which is this without a parent. `options` must live as long as the call.
ALI_CHECKED ali_status ali_open_one_start(ali_context *ctx, ali_task *parent,
                                          const ali_object *object, const ali_open_options *options,
                                          ali_task **task);

// The data set of a task of these starts that is done, or NULL.
ali_dataset *ali_open_one_take(ali_task *task);
ali_dataset *ali_open_many_take(ali_task *task);

#endif
