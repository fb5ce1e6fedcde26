// Generated from wasm/abi.h by tests/web/generate_abi.mjs. Do not edit.

/** @typedef {'u32' | 'i32' | 'u64' | 'pointer'} Kind */
/** @typedef {{ size: number, fields: { [name: string]: [number, Kind] } }} Layout */

/** @type {Layout} */
export const ali_error = {
    size: 56,
    fields: {
        size_bytes: [0, 'u32'],
        status: [4, 'i32'],
        offset_bytes: [8, 'u64'],
        row: [16, 'u64'],
        op_id: [24, 'u64'],
        http_status: [32, 'i32'],
        reserved: [36, 'i32'],
        object: [40, 'pointer'],
        column: [44, 'pointer'],
        tasks: [48, 'pointer'],
        sentence: [52, 'pointer'],
    },
}

/** @type {Layout} */
export const ali_limits = {
    size: 64,
    fields: {
        size_bytes: [0, 'u32'],
        expansion_ratio_max: [4, 'u32'],
        memory_bytes_max: [8, 'u64'],
        inflight_bytes_max: [16, 'u64'],
        footer_bytes_max: [24, 'u64'],
        page_bytes_max: [32, 'u64'],
        dictionary_bytes_max: [40, 'u64'],
        columns_max: [48, 'u32'],
        depth_max: [52, 'u32'],
        ops_max: [56, 'u32'],
        reserved: [60, 'u32'],
    },
}

/** @type {Layout} */
export const ali_type_info = {
    size: 64,
    fields: {
        size_bytes: [0, 'u32'],
        kind: [4, 'u32'],
        bits: [8, 'u32'],
        is_signed: [12, 'u32'],
        unit: [16, 'u32'],
        precision: [20, 'i32'],
        scale: [24, 'i32'],
        zone_bytes: [28, 'u32'],
        zone: [32, 'pointer'],
        children_count: [36, 'u32'],
        list_size: [40, 'u32'],
        index_bits: [44, 'u32'],
        index_is_signed: [48, 'u32'],
        flags: [52, 'u32'],
        extension: [56, 'u32'],
        type_ids: [60, 'pointer'],
    },
}

/** @type {Layout} */
export const ali_pair = {
    size: 24,
    fields: {
        key: [0, 'pointer'],
        value: [4, 'pointer'],
        key_bytes: [8, 'u64'],
        value_bytes: [16, 'u64'],
    },
}

/** @type {Layout} */
export const ali_bytes = {
    size: 16,
    fields: {
        data: [0, 'pointer'],
        count_bytes: [8, 'u64'],
    },
}

/** @type {Layout} */
export const ali_field_info = {
    size: 40,
    fields: {
        size_bytes: [0, 'u32'],
        nullable: [4, 'u32'],
        name: [8, 'pointer'],
        name_bytes: [16, 'u64'],
        type: [24, 'pointer'],
        metadata: [28, 'pointer'],
        metadata_count: [32, 'u32'],
        reserved: [36, 'u32'],
    },
}

/** @type {Layout} */
export const ali_column_info = {
    size: 88,
    fields: {
        size_bytes: [0, 'u32'],
        encoding: [4, 'u32'],
        length: [8, 'u64'],
        null_count: [16, 'u64'],
        type: [24, 'pointer'],
        validity: [28, 'pointer'],
        values: [32, 'pointer'],
        offsets: [36, 'pointer'],
        data: [40, 'pointer'],
        dictionary: [44, 'pointer'],
        dictionary_id: [48, 'u64'],
        values_bytes: [56, 'u64'],
        data_bytes: [64, 'u64'],
        buffers: [72, 'pointer'],
        buffers_count: [76, 'u32'],
        children_count: [80, 'u32'],
    },
}

/** @type {Layout} */
export const ali_op = {
    size: 136,
    fields: {
        size_bytes: [0, 'u32'],
        kind: [4, 'u32'],
        op_id: [8, 'u64'],
        offset_bytes: [16, 'u64'],
        length_bytes: [24, 'u64'],
        data: [32, 'pointer'],
        path: [36, 'pointer'],
        etag: [40, 'pointer'],
        why: [44, 'pointer'],
        method: [48, 'pointer'],
        headers: [52, 'pointer'],
        input: [56, 'pointer'],
        codec: [60, 'pointer'],
        token: [64, 'pointer'],
        input_bytes: [72, 'u64'],
        upload_id: [80, 'u64'],
        path_bytes: [88, 'u32'],
        etag_bytes: [92, 'u32'],
        why_bytes: [96, 'u32'],
        method_bytes: [100, 'u32'],
        headers_bytes: [104, 'u32'],
        codec_bytes: [108, 'u32'],
        token_bytes: [112, 'u32'],
        flags: [116, 'u32'],
        phase: [120, 'u32'],
        part: [124, 'u32'],
        priority: [128, 'u32'],
        reserved: [132, 'u32'],
    },
}

/** @type {Layout} */
export const ali_answer = {
    size: 64,
    fields: {
        size_bytes: [0, 'u32'],
        status: [4, 'i32'],
        op_id: [8, 'u64'],
        moved_bytes: [16, 'u64'],
        object_bytes: [24, 'u64'],
        etag: [32, 'pointer'],
        etag_bytes: [36, 'u32'],
        http_status: [40, 'i32'],
        is_last: [44, 'u32'],
        reserved: [48, 'u32'],
        lent: [52, 'pointer'],
        lent_release: [56, 'pointer'],
        lent_user: [60, 'pointer'],
    },
}

/** @type {Layout} */
export const ali_progress = {
    size: 48,
    fields: {
        size_bytes: [0, 'u32'],
        ops_in_flight: [4, 'u32'],
        bytes: [8, 'u64'],
        bytes_total: [16, 'u64'],
        rows: [24, 'u64'],
        rows_total: [32, 'u64'],
        ops: [40, 'u64'],
    },
}

/** @type {Layout} */
export const ali_object = {
    size: 40,
    fields: {
        size_bytes: [0, 'u32'],
        flags: [4, 'u32'],
        object_bytes: [8, 'u64'],
        path: [16, 'pointer'],
        etag: [20, 'pointer'],
        path_bytes: [24, 'u32'],
        etag_bytes: [28, 'u32'],
        partition_at: [32, 'u32'],
        reserved: [36, 'u32'],
    },
}

/** @type {Layout} */
export const ali_dataset_info = {
    size: 56,
    fields: {
        size_bytes: [0, 'u32'],
        metadata_count: [4, 'u32'],
        format: [8, 'pointer'],
        rows: [16, 'u64'],
        row_groups: [24, 'u64'],
        bytes: [32, 'u64'],
        created_by: [40, 'pointer'],
        schema: [44, 'pointer'],
        files: [48, 'u64'],
    },
}

/** @type {Layout} */
export const ali_open_options = {
    size: 24,
    fields: {
        size_bytes: [0, 'u32'],
        checksums: [4, 'u32'],
        tail_bytes: [8, 'u64'],
        format: [16, 'pointer'],
    },
}

/** @type {Layout} */
export const ali_scan_options = {
    size: 56,
    fields: {
        size_bytes: [0, 'u32'],
        batch_rows: [4, 'u32'],
        offset_rows: [8, 'u64'],
        limit_rows: [16, 'u64'],
        coalesce_bytes: [24, 'u64'],
        request_bytes_max: [32, 'u64'],
        columns: [40, 'pointer'],
        columns_count: [44, 'u32'],
        strings: [48, 'u32'],
    },
}

/** @type {Layout} */
export const ali_write_options = {
    size: 16,
    fields: {
        size_bytes: [0, 'u32'],
        header: [4, 'u32'],
        compression: [8, 'u32'],
    },
}

export const ALI_OK = 0
export const ALI_NEED = 1
export const ALI_READY = 2
export const ALI_YIELD = 3
export const ALI_ERR_MEMORY = -1
export const ALI_ERR_LIMIT = -2
export const ALI_ERR_ARGUMENT = -10
export const ALI_ERR_STATE = -11
export const ALI_ERR_CANCELLED = -12
export const ALI_ERR_TYPE = -40
export const ALI_ERR_NOT_FOUND = -50
export const ALI_ERR_CONFLICT = -51
export const ALI_ERR_HOST = -60
export const ALI_OP_READ = 1
export const ALI_OP_STAT = 2
export const ALI_OP_LIST = 3
export const ALI_OP_TRANSFORM = 7
export const ALI_OP_FROM_END = 1
export const ALI_OBJECT_NO_SUFFIX = 1
export const ALI_OBJECT_FOLDER = 4
export const ALI_OBJECT_SIBLINGS = 8
export const ALI_TYPE_NULL = 1
export const ALI_TYPE_INT = 2
export const ALI_TYPE_FLOAT = 3
export const ALI_TYPE_BINARY = 4
export const ALI_TYPE_UTF8 = 5
export const ALI_TYPE_BOOL = 6
export const ALI_TYPE_DECIMAL = 7
export const ALI_TYPE_DATE = 8
export const ALI_TYPE_TIME = 9
export const ALI_TYPE_TIMESTAMP = 10
export const ALI_TYPE_INTERVAL = 11
export const ALI_TYPE_LIST = 12
export const ALI_TYPE_STRUCT = 13
export const ALI_TYPE_UNION = 14
export const ALI_TYPE_FIXED_BINARY = 15
export const ALI_TYPE_FIXED_LIST = 16
export const ALI_TYPE_MAP = 17
export const ALI_TYPE_DURATION = 18
export const ALI_TYPE_LARGE_BINARY = 19
export const ALI_TYPE_LARGE_UTF8 = 20
export const ALI_TYPE_LARGE_LIST = 21
export const ALI_TYPE_RUN_END = 22
export const ALI_TYPE_BINARY_VIEW = 23
export const ALI_TYPE_UTF8_VIEW = 24
export const ALI_TYPE_LIST_VIEW = 25
export const ALI_TYPE_LARGE_LIST_VIEW = 26
export const ALI_TYPE_IS_ORDERED = 1
export const ALI_TYPE_KEYS_SORTED = 2
export const ALI_TYPE_IS_DENSE = 4
export const ALI_EXTENSION_NONE = 0
export const ALI_EXTENSION_OTHER = 1
export const ALI_EXTENSION_UUID = 2
export const ALI_EXTENSION_JSON = 3
export const ALI_EXTENSION_VARIANT = 4
export const ALI_EXTENSION_WKB = 5
export const ALI_UNIT_SECOND = 0
export const ALI_UNIT_MILLI = 1
export const ALI_UNIT_MICRO = 2
export const ALI_UNIT_NANO = 3
export const ALI_UNIT_DAY = 4
export const ALI_ENCODING_PLAIN = 0
export const ALI_ENCODING_DICTIONARY = 1
export const ALI_OPEN_CHECKSUMS_VERIFY = 0
export const ALI_OPEN_CHECKSUMS_IGNORE = 1
export const ALI_SCAN_STRINGS_DICTIONARY = 0
export const ALI_SCAN_STRINGS_PLAIN = 1
export const ALI_WRITE_COMPRESSION_NONE = 0
export const ALI_WRITE_COMPRESSION_LZ4 = 1
export const ALI_WRITE_COMPRESSION_ZSTD = 2
