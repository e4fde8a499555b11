// Reads book barcodes from a picture, with the browser's own detector or, if it has none, with zxing-cpp as WebAssembly, loaded on demand.

const VENDOR = new URL("../vendor/zxing-wasm/reader/", import.meta.url);

// Only book numbers: they begin with 978 or 979 and have a correct check digit.
export function isBook(digits) {
  if (!/^97[89]\d{10}$/.test(digits)) return false;
  const sum = [...digits].reduce((total, digit, place) => total + Number(digit) * (place % 2 ? 3 : 1), 0);
  return sum % 10 === 0;
}

async function builtIn() {
  if (!("BarcodeDetector" in window)) return null;
  const formats = await BarcodeDetector.getSupportedFormats();
  if (!formats.includes("ean_13")) return null;
  const detector = new BarcodeDetector({ formats: ["ean_13"] });
  return async (canvas) => (await detector.detect(canvas)).map((found) => found.rawValue);
}

async function ownReader() {
  const { prepareZXingModule, readBarcodes } = await import(new URL("index.js", VENDOR).href);
  await prepareZXingModule({ overrides: { locateFile: (name) => new URL(name, VENDOR).href }, fireImmediately: true });
  const options = { formats: ["EAN13"], tryHarder: true, tryRotate: true, tryInvert: false, maxNumberOfSymbols: 4 };
  return async (canvas) => {
    const picture = canvas.getContext("2d", { willReadFrequently: true }).getImageData(0, 0, canvas.width, canvas.height);
    return (await readBarcodes(picture, options)).filter((found) => found.isValid).map((found) => found.text);
  };
}

// Returns a function that finds the book numbers on a canvas. Add-on digits appended to a number are cut off.
export async function reader() {
  const read = (await builtIn().catch(() => null)) ?? (await ownReader());
  return async (canvas) => [...new Set((await read(canvas)).map((digits) => digits.slice(0, 13)))];
}
