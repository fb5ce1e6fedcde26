// page.js: gives a page under test the package.
import * as alimentar from '../../../web/dist/index.js'

globalThis.alimentar = alimentar
