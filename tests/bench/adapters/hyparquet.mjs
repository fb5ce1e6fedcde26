// hyparquet, all JavaScript: an array or typed array per column and row group.
import { parquetMetadataAsync, parquetRead } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'

export const name = 'hyparquet'
export const packages = ['hyparquet', 'hyparquet-compressors']

export async function readParquet(bytes, columns) {
    const file = bytes.buffer
    const metadata = await parquetMetadataAsync(file)
    const cols = new Map()
    await parquetRead({ file, metadata, columns: columns ?? undefined, compressors,
        onChunk: ({ columnName, columnData }) => {
            if (!cols.has(columnName)) cols.set(columnName, { k: 'arr', chunks: [] })
            cols.get(columnName).chunks.push(columnData)
        } })
    return { rows: Number(metadata.num_rows), form: 'arrays and typed arrays', cols }
}
