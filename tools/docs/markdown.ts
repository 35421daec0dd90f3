// Knows how tables and generated sections look in Markdown. Must not know what stands in them.

/** A cell's text: line breaks and bars would end it. */
function cell(text: string): string {
	return text.replace(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');
}

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

const START = (name: string) => `<!-- generated: ${name} -->`;
const END = (name: string) => `<!-- end: ${name} -->`;

/** Names of the generated sections of a document, in order. */
export function sectionNames(document: string): string[] {
	return [...document.matchAll(/<!-- generated: ([a-z-]+) -->/g)].map(([, name]) => name ?? '');
}

/** The text between a section's two marks. @throws Error where a mark is missing */
export function section(document: string, name: string): string {
	const from = document.indexOf(START(name));
	const to = document.indexOf(END(name));
	if (from < 0 || to < from) throw new Error(`Section "${name}" lacks one of its two marks`);
	return document.slice(from + START(name).length, to).trim();
}

/** The document with a section's text replaced. */
export function withSection(document: string, name: string, text: string): string {
	section(document, name);
	const [before = '', rest = ''] = document.split(START(name));
	const after = rest.slice(rest.indexOf(END(name)));
	return `${before}${START(name)}\n\n${text}\n\n${after}`;
}
