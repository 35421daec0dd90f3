// Knows how tables and generated sections look in Markdown. Must not know what stands in them.

/** A cell's text: line breaks and bars would end it. */
function cell(text: string): string {
	return text.replace(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');
}

/** A table, not aligned: Prettier does that. */
export function table(
	header: readonly string[],
	rows: ReadonlyArray<readonly string[]>,
	centred = false,
): string {
	const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
	const rule = header.map((_, column) => (centred && column > 0 ? ':---:' : '---'));
	return [line(header), line(rule), ...rows.map(line)].join('\n');
}

export function code(text: string): string {
	return `\`${text}\``;
}

export function fenced(language: string, text: string): string {
	return `\`\`\`${language}\n${text}\n\`\`\``;
}

const SECTION = /<!-- generated: ([a-z-]+) -->([^]*?)<!-- end: \1 -->/g;

/** The texts of a document's generated sections, by their names. */
export function sectionsOf(document: string): ReadonlyMap<string, string> {
	const found = [...document.matchAll(SECTION)];
	return new Map(found.map(([, name = '', text = '']) => [name, text.trim()]));
}

/** The document with the text of its generated sections replaced. */
export function withSections(document: string, texts: ReadonlyMap<string, string>): string {
	return document.replaceAll(
		SECTION,
		(_, name: string) =>
			`<!-- generated: ${name} -->\n\n${texts.get(name)}\n\n<!-- end: ${name} -->`,
	);
}
