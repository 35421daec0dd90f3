// A stand-in for Google on 127.0.0.1, as far as n8n's Sheets, Drive and YouTube nodes ask: one sheet, files in folders,
// uploads in pieces. What it knows of Google's interfaces are the documented forms of these answers.
import { join } from 'node:path';

import type { FastifyReply, FastifyRequest } from 'fastify';

import { jsonOf, StandIn } from './stand-in';

/** The port n8n finds Google at, told by the process that started n8n. */
const PORT = 'SEEDANCE_E2E_GOOGLE_PORT';

/** The environment of an n8n that finds Google at this port, which is remembered for the tests. */
export function googleAt(port: number): Record<string, string> {
	process.env[PORT] = String(port);
	const preload = JSON.stringify(join(__dirname, 'google-here.js'));
	return { NODE_OPTIONS: `--require ${preload}`, GOOGLE_HERE_PORT: String(port) };
}

export const SHEET = 'Pictures';

export interface DriveFile {
	readonly id: string;
	name: string;
	readonly mimeType: string;
	parents: string[];
	bytes: Buffer;
}

export interface PublishedVideo {
	readonly id: string;
	readonly snippet: Readonly<Record<string, unknown>>;
	readonly status: Readonly<Record<string, unknown>>;
	readonly bytes: Buffer;
}

/** An upload that has begun: its pieces so far, and what to do with the whole. */
interface Upload {
	readonly pieces: Buffer[];
	finish(bytes: Buffer): { readonly id: string };
}

type Query = Readonly<Record<string, string | undefined>>;

export class Google extends StandIn {
	/** The cells of the one sheet, the header row first. */
	rows: unknown[][] = [];
	readonly files = new Map<string, DriveFile>();
	readonly videos: PublishedVideo[] = [];
	/** How many of the next uploads it answers with HTTP 503. */
	refusesUploads = 0;
	private readonly uploads: Upload[] = [];

	static async start(): Promise<Google> {
		return await new Google().listen(Number(process.env[PORT]));
	}

	/** Puts a file into a folder. @returns its id, as long as Google's are */
	add(name: string, mimeType: string, folder: string, bytes: Buffer): string {
		const id = `${this.files.size + 1}-${'x'.repeat(31)}`;
		this.files.set(id, { id, name, mimeType, parents: [folder], bytes });
		return id;
	}

	filesIn(folder: string): DriveFile[] {
		return [...this.files.values()].filter(({ parents }) => parents.includes(folder));
	}

	/** The sheet's rows by their headers. */
	get table(): Array<Record<string, unknown>> {
		const [headers = [], ...rows] = this.rows;
		return rows.map((row) =>
			Object.fromEntries(headers.map((header, column) => [header, row[column] ?? ''])),
		);
	}

	protected addRoutes(): void {
		this.addSheets();
		this.addDrive();
		this.addYouTube();
		this.server.put('/uploads/:number', (request, reply) => this.takePiece(request, reply));
	}

	private addSheets(): void {
		const { server } = this;
		server.get('/v4/spreadsheets/:id', () => ({
			sheets: [{ properties: { sheetId: 0, title: SHEET, gridProperties: { rowCount: 1000 } } }],
		}));
		server.get('/v4/spreadsheets/:id/values/:range', () => ({ values: this.rows }));
		server.post('/v4/spreadsheets/:id/values::batchUpdate', ({ body }) => {
			const { data } = jsonOf<{ data: Array<{ range: string; values: unknown[][] }> }>(body);
			for (const { range, values } of data) {
				const [, column = 'A', row = '1'] = /!([A-Z])(\d+)$/.exec(range) ?? [];
				const cells = (this.rows[Number(row) - 1] ??= []);
				cells[column.charCodeAt(0) - 'A'.charCodeAt(0)] = values[0]?.[0];
			}
			return {};
		});
	}

	private addDrive(): void {
		const { server } = this;
		server.get('/drive/v3/files', ({ query }) => {
			const { q = '', pageSize } = query as Query;
			const [, folder = ''] = /'([^']+)' in parents/.exec(q) ?? [];
			return { files: this.filesIn(folder).slice(0, Number(pageSize)) };
		});
		server.get('/drive/v3/files/:id', ({ params, query }, reply) => {
			const file = this.files.get((params as { id: string }).id);
			if (!file) return refuse(reply, 404, 'File not found');
			const { bytes, ...facts } = file;
			return (query as Query).alt === 'media' ? reply.type(file.mimeType).send(bytes) : facts;
		});
		server.post('/upload/drive/v3/files', ({ headers }, reply) =>
			this.beginUpload(reply, (bytes) => ({
				id: this.add('Untitled', String(headers['x-upload-content-type']), 'root', bytes),
			})),
		);
		server.patch('/drive/v3/files/:id', ({ params, query, body }, reply) => {
			const file = this.files.get((params as { id: string }).id);
			if (!file) return refuse(reply, 404, 'File not found');
			const { addParents = '', removeParents = '' } = query as Query;
			const left = file.parents.filter((folder) => !removeParents.split(',').includes(folder));
			// A file has one place: what is uploaded into a folder leaves the root.
			file.parents = addParents === '' ? left : [addParents];
			file.name = jsonOf<{ name?: string }>(body).name ?? file.name;
			const { id, name, mimeType } = file;
			return { id, name, mimeType, webViewLink: `https://drive.google.com/file/d/${id}/view` };
		});
	}

	private addYouTube(): void {
		this.server.post('/upload/youtube/v3/videos', ({ body }, reply) =>
			this.beginUpload(reply, (bytes) => {
				const id = `video-${this.videos.length}`;
				this.videos.push({
					...jsonOf<Pick<PublishedVideo, 'snippet' | 'status'>>(body),
					id,
					bytes,
				});
				return { id };
			}),
		);
	}

	private beginUpload(reply: FastifyReply, finish: Upload['finish']): unknown {
		if (this.refusesUploads > 0) {
			this.refusesUploads--;
			return refuse(reply, 503, 'The service is currently unavailable');
		}
		this.uploads.push({ pieces: [], finish });
		return reply.header('location', `${this.baseUrl}/uploads/${this.uploads.length - 1}`).send({});
	}

	private takePiece({ params, headers, body }: FastifyRequest, reply: FastifyReply): unknown {
		const upload = this.uploads[Number((params as { number: string }).number)];
		if (!upload) return refuse(reply, 404, 'No such upload');
		upload.pieces.push(body as Buffer);
		const [, last, size] = /-(\d+)\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
		if (Number(last) + 1 < Number(size)) return reply.code(308).send();
		return upload.finish(Buffer.concat(upload.pieces));
	}
}

function refuse(reply: FastifyReply, code: number, message: string): unknown {
	return reply.code(code).send({ error: { code, message } });
}
