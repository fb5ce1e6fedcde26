"""Native peers of `make bench`, which are Python packages: writes the test data and reads it.

    native.py data FOLDER    writes taxi and text in each codec, and facts.json
    native.py read LIBRARY   answers lines "check|time plain|dictionary FILE", a line of JSON each

One thread each. Every value is a pure function of its row (DuckDB's hash() of a pinned version).
"""
import json
import os
import sys
import time

ROWS = {'taxi': 2_000_000, 'text': 200_000}
CODECS = {'snappy': 'snappy', 'none': 'uncompressed', 'zstd': 'zstd', 'gzip': 'gzip', 'lz4': 'lz4_raw'}

TAXI = """select
 case when u(i,1) < 0.24 then 1 when u(i,1) < 0.999 then 2 else 6 end::INTEGER as vendor_id,
 pickup(i) as pickup_at,
 (pickup(i) + to_microseconds((60 + u(i,3)*u(i,4)*4000)::BIGINT * 1000000))::TIMESTAMP as dropoff_at,
 unless(i, 1 + floor(u(i,6)*u(i,7)*6)::BIGINT)::BIGINT as passenger_count,
 round(0.3 + 18*u(i,4)*u(i,3)*u(i,8), 2) as trip_distance,
 unless(i, case when u(i,9) < 0.95 then 1 when u(i,9) < 0.99 then 2 else 5 end)::BIGINT as ratecode_id,
 unless(i, case when u(i,10) < 0.993 then 'N' else 'Y' end) as store_flag,
 (1 + floor(u(i,11)*265))::INTEGER as pu_location,
 (1 + floor(u(i,12)*u(i,13)*265))::INTEGER as do_location,
 case when u(i,14) < 0.78 then 'Credit card' when u(i,14) < 0.93 then 'Cash' when u(i,14) < 0.95 then 'No charge'
      when u(i,14) < 0.975 then 'Dispute' when u(i,14) < 0.99 then 'Flex Fare' else 'Unknown' end as payment_type,
 round(3 + 60*u(i,4)*u(i,3), 2) as fare_amount,
 case when u(i,15) < 0.4 then 0 when u(i,15) < 0.7 then 1 when u(i,15) < 0.9 then 2.5 else 5 end::DOUBLE as extra,
 case when u(i,16) < 0.99 then 0.5 else 0 end::DOUBLE as mta_tax,
 case when u(i,14) < 0.78 then round(u(i,17)*12, 2) else 0 end::DOUBLE as tip_amount,
 case when u(i,18) < 0.92 then 0 else 6.94 end::DOUBLE as tolls_amount,
 round(4.5 + 60*u(i,4)*u(i,3) + u(i,17)*12, 2) as total_amount,
 unless(i, case when u(i,19) < 0.9 then 2.5 else 0 end)::DOUBLE as congestion_surcharge,
 case floor(u(i,20)*u(i,21)*7)::INTEGER when 0 then 'Manhattan' when 1 then 'Queens' when 2 then 'Brooklyn'
      when 3 then 'Bronx' when 4 then 'Staten Island' when 5 then 'EWR' else 'Unknown' end as borough
 from range(2000000) t(i)"""

# About 300 bytes of words out of 2,000, frequent and rare ones, some of them not ASCII.
TEXT = """select i::BIGINT as id,
 array_to_string(list_transform(range(44 + mix(i,7) % 12),
     lambda j: ws[1 + floor(2000*u(i*64+j,11)*u(i*64+j,12))::BIGINT]), ' ') as body,
 'label_' || (mix(i,8) % 10) as label
 from range(200000) t(i), words"""

MACROS = [
    "create macro mix(i, s) as (hash(i::BIGINT, s::BIGINT) >> 33)::BIGINT",
    "create macro u(i, s) as (mix(i, s)::DOUBLE / 2147483648.0)",
    "create macro pickup(i) as (timestamp '2024-01-01' + to_microseconds("
    "(i * 2678400000000::BIGINT // 2000000) + (u(i,2)*3600)::BIGINT * 1000000))::TIMESTAMP",
    "create macro unless(i, value) as case when u(i,5) < 0.048 then null else value end",
    "create table words as select list(w order by k) as ws from (select k,"
    " (case when k % 97 = 0 then 'é' when k % 193 = 0 then '漢' else '' end) || array_to_string(list_transform("
    "range(2 + mix(k,5) % 8), lambda j: chr((97 + mix(k*31+j,9) % 26)::INTEGER)), '') as w from range(2000) t(k))",
]


def facts_of(db, name):
    """What every reader must find: rows, and by column the values, their sum, characters, bytes."""
    columns = {}
    rows = db.execute(f'select count(*) from {name}').fetchone()[0]
    for column, kind, *_ in db.execute(f'describe {name}').fetchall():
        fact = {'count': db.execute(f'select count("{column}") from {name}').fetchone()[0]}
        if kind in ('INTEGER', 'BIGINT', 'DOUBLE'):
            fact['sum'] = db.execute(f'select sum("{column}"::DOUBLE) from {name}').fetchone()[0]
        if kind == 'VARCHAR':
            texts = db.execute(f'select sum(length("{column}")), sum(strlen("{column}")) from {name}').fetchone()
            fact['chars'], fact['bytes'] = (int(each) for each in texts)
        columns[column] = fact
    return {'rows': rows, 'columns': columns}


def write_data(folder):
    import duckdb
    os.makedirs(folder, exist_ok=True)
    db = duckdb.connect()
    for macro in MACROS:
        db.execute(macro)
    facts = {}
    for name, query in (('taxi', TAXI), ('text', TEXT)):
        db.execute(f'create table {name} as {query}')
        for codec, spelled in CODECS.items():
            db.execute(f"copy {name} to '{folder}/{name}.{codec}.parquet' "
                       f"(format parquet, compression {spelled}, row_group_size 122880)")
        facts[name] = facts_of(db, name)
    with open(f'{folder}/facts.json', 'w', encoding='utf-8') as out:
        json.dump(facts, out, indent=1)


def reader_of(library):
    """A function (file, form) -> what the library holds, and one that makes it an Arrow table."""
    if library == 'pyarrow':
        import pyarrow as pa
        import pyarrow.parquet as pq
        pa.set_cpu_count(1)
        pa.set_io_thread_count(1)
        def texts(file):
            return [field.name for field in pq.read_schema(file) if pa.types.is_string(field.type)]
        def read(file, form):
            return pq.read_table(file, use_threads=False,
                                 read_dictionary=texts(file) if form == 'dictionary' else None)
        return read, lambda table: table, pa.__version__
    if library == 'polars':
        os.environ['POLARS_MAX_THREADS'] = '1'
        import polars as pl
        return (lambda file, form: pl.read_parquet(file)), (lambda frame: frame.to_arrow()), pl.__version__
    import duckdb
    db = duckdb.connect(config={'threads': 1})
    def query(file, form):
        result = db.sql(f"select * from read_parquet('{file}')")
        return (result.to_arrow_table if hasattr(result, 'to_arrow_table') else result.arrow)()
    return query, (lambda table: table), duckdb.__version__


def check(table):
    import pyarrow as pa
    import pyarrow.compute as pc
    columns = {}
    for name, column in zip(table.column_names, table.columns):
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        fact = {'count': len(column) - column.null_count}
        if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
            fact['sum'] = float(pc.sum(column.cast(pa.float64())).as_py())
        elif not pa.types.is_timestamp(column.type):
            fact['bytes'] = pc.sum(pc.binary_length(column.cast(pa.large_utf8()))).as_py()
        columns[name] = fact
    return {'rows': table.num_rows, 'columns': columns}


def serve(library):
    read, to_arrow, version = reader_of(library)
    print(json.dumps({'version': version}), flush=True)
    for line in sys.stdin:
        what, form, file = line.rstrip('\n').split(' ', 2)
        try:
            begin = time.perf_counter()
            held = read(file, form)
            answer = {'ms': (time.perf_counter() - begin) * 1e3}
            if what == 'check':
                answer['facts'] = check(to_arrow(held))
            del held
        except Exception as error:  # told as it is: a peer that fails is part of the result
            answer = {'error': str(error).split('\n')[0][:200]}
        print(json.dumps(answer), flush=True)


if __name__ == '__main__':
    write_data(sys.argv[2]) if sys.argv[1] == 'data' else serve(sys.argv[2])
