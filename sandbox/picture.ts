// Knows how to get hold of a submitted picture: out of the body, or from its URL. Must not know ffmpeg.
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent, interceptors, request } from 'undici';

/** A picture as submitted; `note` says in words where it comes from. */
export type Picture =
	| { readonly kind: 'file'; readonly path: string; readonly hash: string; readonly note: string }
	| { readonly kind: 'url'; readonly url: string; readonly note: string }
	| { readonly kind: 'none'; readonly note: string };

const largestPictureBytes = 64 * 1024 * 1024;

async function keep(data: Buffer, folder: string, from: string): Promise<Picture> {
	const hash = createHash('sha256').update(data).digest('hex');
	const path = join(folder, `picture-${hash}`);
	await writeFile(path, data);
	return { kind: 'file', path, hash, note: `${from}, ${data.length} bytes` };
}

/**
 * Takes a picture out of a submission's body, so that the body need not be kept. A URL is not fetched yet.
 * @param folder where to put it; must exist
 */
export async function takePicture(image: string, folder: string): Promise<Picture> {
	if (/^https?:/i.test(image)) return { kind: 'url', url: image, note: `picture from ${image}` };
	const dataUri = /^data:([^;,]*)[^,]*?(;base64)?,/i.exec(image);
	const type = dataUri?.[1] || 'base64';
	const text = image.slice(dataUri?.[0].length ?? 0);
	const isBase64 = dataUri === null || dataUri[2] !== undefined;
	const data = isBase64 ? Buffer.from(text, 'base64') : Buffer.from(decodeURIComponent(text));
	return await keep(data, folder, `picture from the request (${type})`);
}

/**
 * Fetches the picture when it was given by URL, following redirects.
 * @param timeoutMs for the whole of it
 * @returns a file, or 'none' with a note that says why not
 */
export async function fetchPicture(
	picture: Picture,
	folder: string,
	timeoutMs: number,
	cancelled: AbortSignal,
): Promise<Picture> {
	if (picture.kind !== 'url') return picture;
	const connections = new Agent();
	try {
		const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), cancelled]);
		const { statusCode, body } = await request(picture.url, {
			signal,
			dispatcher: connections.compose(interceptors.redirect({ maxRedirections: 5 })),
		});
		if (statusCode !== 200) {
			await body.dump();
			throw new Error(`HTTP ${statusCode}`);
		}
		const chunks: Buffer[] = [];
		let size = 0;
		for await (const chunk of body as AsyncIterable<Buffer>) {
			size += chunk.length;
			if (size > largestPictureBytes) throw new Error(`more than ${largestPictureBytes} bytes`);
			chunks.push(chunk);
		}
		return await keep(Buffer.concat(chunks), folder, picture.note);
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		return { kind: 'none', note: `generated test picture, since ${picture.url} gave none: ${why}` };
	} finally {
		await connections.destroy();
	}
}
