// alimentar.h: the whole public interface of the core. The native host is alimentar/host.h.
#ifndef ALIMENTAR_H
#define ALIMENTAR_H

#include "alimentar/column.h"
#include "alimentar/core.h"
#include "alimentar/dataset.h"
#include "alimentar/format.h"
#include "alimentar/io.h"
#include "alimentar/layout.h"

#endif
