// Knows how to make a picture without a library.

/** A BMP of one colour. */
export function plainPicture(red: number, green: number, blue: number, side = 64): Buffer {
	const pixels = side * side * 3;
	const file = Buffer.alloc(54 + pixels);
	file.write('BM');
	file.writeUInt32LE(file.length, 2);
	file.writeUInt32LE(54, 10);
	file.writeUInt32LE(40, 14);
	file.writeInt32LE(side, 18);
	file.writeInt32LE(side, 22);
	file.writeUInt16LE(1, 26);
	file.writeUInt16LE(24, 28);
	for (let at = 54; at < file.length; at += 3) file.set([blue, green, red], at);
	return file;
}

export const asDataUri = (picture: Buffer) => `data:image/bmp;base64,${picture.toString('base64')}`;
