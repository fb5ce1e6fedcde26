// base/options.c: option structs by table: defaults filled in, ranges checked.
#include "base/options.h"

#include "base/mem.h"

// Writes the error if there is a context that can keep it.
static ali_status refuse(ali_context *ctx, const ali_options_field *field, uint64_t value) {
    if (ctx == NULL) return ALI_ERR_ARGUMENT;
    const char *unit = field->unit != NULL ? field->unit : "";
    const char *space = field->unit != NULL ? " " : "";
    if (field->most == ALI_UNKNOWN) {
        return ali_fail(ctx, ALI_ERR_ARGUMENT, "option %s is %U, expected at least %U%s%s",
                        field->name, value, field->least, space, unit);
    }
    return ali_fail(ctx, ALI_ERR_ARGUMENT, "option %s is %U, expected %U to %U%s%s", field->name,
                    value, field->least, field->most, space, unit);
}

static ali_status fill_number(ali_context *ctx, const ali_options_field *field, uint8_t *at) {
    const bool is_wide = field->kind == ALI_OPTION_U64;
    const uint64_t given = is_wide ? ali_load_u64(at) : ali_load_u32(at);
    uint64_t value = given;
    if (given == 0)
        value = field->standard;
    else if (field->zero != 0 && given == field->zero)
        value = 0;
    const bool is_checked = given != 0 && value != 0;
    if (is_checked && (value < field->least || value > field->most)) {
        return refuse(ctx, field, given);
    }
    if (is_wide)
        ali_store_u64(at, value);
    else
        ali_store_u32(at, (uint32_t)value);
    return ALI_OK;
}

static void fill_text(const ali_options_field *field, uint8_t *at) {
    const char *text;
    ali_copy(&text, at, sizeof text);
    if (text == NULL) ali_copy(at, &field->text, sizeof text);
}

// Copies what the caller's struct holds; the rest stays 0.
static ali_status take_given(ali_context *ctx, const ali_options_table *table, const void *given,
                             uint8_t *filled) {
    const uint32_t size_bytes = ali_load_u32(given);
    if (size_bytes < sizeof(uint32_t) || size_bytes > table->size_bytes) {
        if (ctx == NULL) return ALI_ERR_ARGUMENT;
        return ali_fail(ctx, ALI_ERR_ARGUMENT, "size_bytes of %s is %u, expected sizeof(%s)",
                        table->name, size_bytes, table->name);
    }
    ali_copy(filled, given, size_bytes);
    return ALI_OK;
}

ali_status ali_options_fill(ali_context *ctx, const ali_options_table *table, const void *given,
                            void *filled) {
    uint8_t *bytes = filled;
    ali_fill(bytes, 0, table->size_bytes);
    if (given != NULL) ALI_TRY(take_given(ctx, table, given, bytes));
    ali_store_u32(bytes, table->size_bytes);
    for (uint32_t i = 0; i < table->count; i += 1) {
        const ali_options_field *field = &table->fields[i];
        uint8_t *at = bytes + field->offset_bytes;
        if (field->kind == ALI_OPTION_TEXT)
            fill_text(field, at);
        else if (field->kind <= ALI_OPTION_CHOICE)
            ALI_TRY(fill_number(ctx, field, at));
    }
    return ALI_OK;
}
