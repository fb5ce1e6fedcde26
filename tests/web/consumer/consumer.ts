// consumer.ts: a program that uses the whole package; it is compiled, not run.
import { AlimentarError, init, open } from 'alimentar'
import type {
    AnyColumn,
    BigIntColumn,
    BooleanColumn,
    DataType,
    Dataset,
    DateColumn,
    DecimalColumn,
    Interval,
    ListColumn,
    MapColumn,
    NumberColumn,
    OtherColumn,
    Row,
    StructColumn,
    TextColumn,
    UnionColumn,
} from 'alimentar'
import { openFile } from 'alimentar/node'

export async function main(file: File): Promise<number> {
    await init({ wasm: new URL('https://example.com/alimentar.wasm') })
    const trips: Dataset = await open('https://example.com/trips.parquet', {
        headers: { 'X-Key': 'k' },
        credentials: 'include',
        retries: 2,
        onProgress: ({ bytes, bytesTotal }) => console.log(bytes, bytesTotal ?? 'unknown'),
    })
    const shape = await trips.columns<{ fare: NumberColumn; city: TextColumn }>(['fare', 'city'])
    const sum = [...shape.fare].reduce<number>((all, value) => all + (value ?? 0), 0)
    const names: string[] = shape.city.dictionary().values
    const wanted = ['fare', '#3'] as const
    const two = await trips.columns(wanted, { limit: 10, int64: 'bigint' })
    const place: AnyColumn = two['#3']
    if ('dictionary' in place) names.push(...place.dictionary().values)
    else if (place.values !== undefined) console.log(place.values.length)
    for (const column of Object.values(await trips.columns())) console.log(column.name)
    // @ts-expect-error: nobody asked for city
    void two.city
    // @ts-expect-error: a column has no such property
    void two.fare.tmp
    for await (const batch of trips.batches({ views: true, batchSize: 256 })) {
        const fares = batch.getChild<NumberColumn>('fare')?.values.length
        // @ts-expect-error: there may be no such column
        console.log(fares, batch.getChild('fare').length)
        batch.release()
    }
    for await (const row of trips.rows({ offset: 1 })) use(row)
    const alone = await trips.columns({ columns: ['fare', 'city'], int64: 'bigint' })
    const typed = await trips.columns<{ fare: NumberColumn }>({ columns: ['fare'] })
    const every = await trips.columns({ int64: 'bigint', limit: 3 })
    console.log(alone.city.length, typed.fare.values.length, every['fare']?.length)
    // @ts-expect-error: nobody asked for tip
    void alone.tip
    for (const row of await trips.head({ columns: ['fare'], limit: 3 })) use(row)
    const local = await openFile('trips.parquet')
    const blob = await open(file, { times: 'Date' })
    const signed = await open(() => Promise.resolve('https://example.com/signed'))
    const held = await open(await fetch('x'))
    const streamed = await open(new ReadableStream<Uint8Array>())
    const one = await open([new Uint8Array(3)])
    const own = await open({
        size: Promise.resolve(3),
        read: (offset: number, length: number, { signal }) =>
            signal.aborted ? new ArrayBuffer(offset) : new Uint8Array(length),
    })
    for (const each of [held, streamed, one, own]) each.close()
    trips[Symbol.dispose]()
    for (const dataset of [trips, local, blob, signed]) dataset.close()
    return sum + names.length
}

export async function summed(dataset: Dataset): Promise<number> {
    type Shape = {
        id: NumberColumn
        temp: NumberColumn<Float64Array>
        exact: BigIntColumn
        nanos: BigIntColumn<BigInt64Array>
        city: TextColumn
        isLate: BooleanColumn
        day: DateColumn
    }
    const names = ['id', 'temp', 'exact', 'nanos', 'city', 'isLate', 'day'] as const
    const { id, temp, exact, nanos, city, isLate, day } = await dataset.columns<Shape>(names)
    let sum = 0
    for (const value of id.values) sum += value
    const floats: Float64Array = temp.values
    let total = 0n
    for (const value of exact.values) total += value
    const ticks: BigInt64Array = nanos.values
    const cities: (string | null)[] = city.toArray()
    const late: Uint8Array | (boolean | null)[] = isLate.toArray()
    const days: (Date | null)[] = day.toArray()
    for (const value of id.toArray()) sum += value ?? 0
    for (const value of exact.toArray()) total += value ?? 0n
    // @ts-expect-error: numbers and BigInts are not added
    for (const value of exact.values) sum += value
    console.log(floats.length, ticks.length, total, cities, late, days, day.values.length)
    return sum + isLate.values.length
}

export async function nested(dataset: Dataset): Promise<Uint8Array> {
    type Shape = {
        tags: ListColumn<string>
        place: StructColumn
        pairs: MapColumn<string, number>
        price: DecimalColumn
        either: UnionColumn<number | string>
        span: OtherColumn<Interval>
    }
    const names = ['tags', 'place', 'pairs', 'price', 'either', 'span'] as const
    const shaped = await dataset.columns<Shape>(names, { decimal: 'string', limit: 9 })
    const { tags, place, pairs, price, either, span } = shaped
    const first: string | null | undefined = price.values[0] ?? price.at(0)
    const ends: Int32Array = tags.offsets
    const x = place.getChild<NumberColumn>('x')?.values.length ?? 0
    const [key, value]: [string, number | null] = pairs.at(0)?.[0] ?? ['', null]
    const id: number = either.typeIds[0] ?? 0
    const nanos: number | bigint = span.at(0)?.nanos ?? 0
    const note: string | undefined = tags.metadata['note']
    const inner: DataType | undefined = tags.type.children?.[0]?.type
    console.log(first, ends, x, key, value, id, nanos, note, inner?.typeId)
    const paths = await dataset.columns([['place', 'x'], 'tags'])
    console.log(paths['place.x']?.children.length, dataset.numRows ?? (await dataset.count()))
    for await (const batch of dataset.batches({ columns: [['a', 'b']], views: true })) {
        console.log(batch.toArrow().length)
        batch.release()
    }
    return dataset.toArrow({ columns: ['tags', ['place', 'x']], offset: 1 })
}

// @ts-expect-error: toArrow gives the file's own types
void open('x').then((dataset) => dataset.toArrow({ int64: 'bigint' }))

function use(row: Row): void {
    console.log(row.fare)
}

export function explain(error: unknown): string {
    if (!(error instanceof AlimentarError)) return 'another error'
    const row: number | null = error.row
    return `${error.code} ${error.path} ${error.column} ${row ?? ''} ${error.offset ?? ''}`
}

// @ts-expect-error: int64 takes no other word
void open('x', { int64: 'text' })
// @ts-expect-error: columns is a list
void open('x').then((dataset) => dataset.columns('fare'))
// @ts-expect-error: a number cannot be opened
void open(42)
