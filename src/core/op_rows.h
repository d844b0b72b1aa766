/* op_rows: the tables behind op.h, for op.c alone. */
#ifndef TW_OP_ROWS_H
#define TW_OP_ROWS_H

#include "op.h"

extern const tw_op tw_rows[];
extern const size_t tw_row_count;

#endif
