// warmest.mjs: reads three columns of a Parquet file and prints each airport's warmest hour.
//
//   node examples/node/warmest.mjs examples/dashboard/data/nyc-weather-2013.parquet
//
// In a project of your own, import from 'alimentar/node'.
import { openFile } from '../../web/dist/node.js'

const weather = await openFile(process.argv[2])
const { origin, temp, time_hour: time } = await weather.columns(['origin', 'temp', 'time_hour'])

const warmest = new Map()
for (let row = 0; row < origin.length; row += 1) {
    const airport = origin.at(row)
    const value = temp.at(row)
    if (value === null || value <= (warmest.get(airport)?.value ?? -Infinity)) continue
    warmest.set(airport, { value, time: time.at(row) })
}
for (const [airport, { value, time: ms }] of [...warmest].sort()) {
    console.log(`${airport}  ${value} °F  ${new Date(ms).toISOString()}`)
}
weather.close()
