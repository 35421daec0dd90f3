// How a real item stands in a document, and when the one that stands there is as good as a new one.
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { fenced } from './markdown';

/** The item as the editor's JSON view has it, with what the store keeps for itself left out. */
export function shown({ json, binary, pairedItem }: INodeExecutionData): string {
	const files = Object.entries(binary ?? {}).map(([field, file]) => {
		const { fileName, mimeType, fileType, fileExtension } = file;
		return [field, { fileName, mimeType, fileType, fileExtension }];
	});
	const parts = {
		json,
		...(files.length > 0 && { binary: Object.fromEntries(files) as IDataObject }),
		pairedItem,
	};
	return fenced('json', JSON.stringify(parts, null, 2));
}

/** What may differ from run to run: ids, addresses, dates and times. */
function withoutChance(json: string): string {
	return json
		.replace(/http:\/\/127\.0\.0\.1:\d+\/[^"\s]*/g, 'ADDRESS')
		.replace(/("executionTime": )[\d.]+/g, '$1TIME')
		.replace(/("createdAt": )"[^"]*"/g, '$1DATE')
		.replace(/("predictionId": )"[^"]*"/g, '$1ID')
		.replace(/("fileName": )"[^"]*"/g, '$1FILE')
		.replace(/Prediction \S+ ended/g, 'Prediction ID ended')
		.replace(/\s+/g, ' ');
}

/** The item as it stands in the document where the new one differs by chance only. */
export function settled(written: string, made: string): string {
	return withoutChance(written) === withoutChance(made) ? written : made;
}
