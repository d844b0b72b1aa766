/* Fuzzes the checks of values: no byte is read beyond the value, what is taken has the bytes that its place on the
** wire allows, and what Twilio's spelling of it is, is taken again and stays as it is. The first two bytes of an
** input choose the parameter, the rest is the value. */
#include "form.h"
#include "text.h"
#include "value.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define must(condition)                                                                            \
  if (!(condition)) __builtin_trap()

/* An encoding that decodes to what was given, in the length foretold. */
static void escape (const char *s, size_t n) {
  size_t length = tw_form_length(s, n);
  char *to = malloc(length + 1), *at = to;
  must(tw_form_escape(to, s, n) == to + length);
  for (size_t i = 0; i < n; i++) {
    unsigned char byte = (unsigned char)*at++;
    if (byte == '%') {
      must(tw_text_hex(at[0]) && tw_text_hex(at[1]));
      byte = (unsigned char)strtol((char[]){ at[0], at[1], '\0' }, NULL, 16);
      at += 2;
    } else {
      must(tw_text_letter((char)byte) || tw_text_digit((char)byte) || strchr("-._~", byte) != NULL);
    }
    must(byte == (unsigned char)s[i]);
  }
  must(at == to + length);
  free(to);
}

static const tw_param *choose (unsigned a, unsigned b) {
  const tw_param *params[TW_PARAMS];
  size_t count;
  const tw_op *rows = tw_op_rows(&count);
  int n = tw_op_params(&rows[a % count], params);
  return params[b % (unsigned)n];
}

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size) {
  if (size < 2) return 0;
  const tw_param *p = choose(data[0], data[1]);
  size_t n = size - 2;
  char *s = malloc(n ? n : 1); /* a block of its own: a read beyond it is seen */
  tw_value v, again;
  memcpy(s, data + 2, n);
  if (tw_value_check(p, s, n, &v)) {
    if (p->place == TW_PATH)
      for (size_t i = 0; i < v.n; i++) must(tw_text_letter(v.s[i]) || tw_text_digit(v.s[i]));
    if (p->type != TW_TEXT) must(memchr(v.s, '\0', v.n) == NULL && memchr(v.s, '\n', v.n) == NULL);
    must(tw_value_check(p, v.s, v.n, &again));
    must(again.n == v.n && memcmp(again.s, v.s, v.n) == 0);
    escape(v.s, v.n);
  }
  tw_op_spells(p, s, n);
  must(tw_op_distance(s, n, s, n) == 0);
  must(tw_op_distance(s, n, p->name, strlen(p->name)) ==
       tw_op_distance(p->name, strlen(p->name), s, n));
  free(s);
  return 0;
}
