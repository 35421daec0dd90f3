// The fields of a submission: what the video is made from. Every choice comes from the reference.
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import {
	ASPECT_RATIOS,
	DEFAULTS,
	modelFacts,
	MODELS,
	RANGES,
	type Resolution,
	RESOLUTIONS,
} from '../gptproto/reference';
import { AS_TOOL, SUBMITTING } from './operation';

// n8n's lint reads a default only as a literal or a plain name.
const { aspectRatio, duration, model, resolution } = DEFAULTS;

const show = { operation: SUBMITTING };

function byName(a: INodePropertyOptions, b: INodePropertyOptions): number {
	return a.name < b.name ? -1 : 1;
}

const models = Object.entries(MODELS)
	.map(([value, { name, resolutions, audio }]) => ({
		name,
		value,
		description: `Renders ${resolutions.join(', ')}, ${audio ? 'with sound' : 'sound not documented'} (${value})`,
	}))
	.sort(byName);

const aspectRatios = ASPECT_RATIOS.map((ratio) => ({ name: ratio, value: ratio })).sort(byName);

/** Models that do not render every documented resolution; the dropdown leaves the others out. */
const limitedModels = Object.entries(MODELS)
	.filter(([, { resolutions }]) => resolutions.length < RESOLUTIONS.length)
	.map(([id]) => id);

const limitedResolutions = RESOLUTIONS.filter((candidate) =>
	limitedModels.every((id) => modelFacts(id)?.resolutions.includes(candidate)),
);

function resolutionField(
	resolutions: readonly Resolution[],
	displayOptions: NonNullable<INodeProperties['displayOptions']>,
): INodeProperties {
	return {
		displayName: 'Resolution',
		name: 'resolution',
		type: 'options',
		displayOptions,
		options: resolutions.map((value) => ({ name: value, value })),
		default: resolution,
		description: 'Resolution of the video. A higher one costs more and takes longer.',
	};
}

export const submissionFields: INodeProperties[] = [
	{
		displayName: 'Model',
		name: 'model',
		type: 'options',
		displayOptions: { show },
		options: models,
		// An expression may give a model that is newer than this list.
		allowArbitraryValues: true,
		default: model,
		description:
			'The Seedance model that renders the video. For another one, switch to Expression and enter its ID.',
	},
	{
		displayName: 'Image Input Type',
		name: 'imageInputType',
		type: 'options',
		displayOptions: { show, hide: AS_TOOL },
		options: [
			{
				name: 'Image URL',
				value: 'url',
				description: 'An address that is open to the internet, or a data URI',
			},
			{
				name: 'Binary File',
				value: 'binary',
				description: 'A file from a previous node',
			},
		],
		default: 'url',
		description: 'Where the first frame of the video comes from',
	},
	{
		displayName: 'Image URL',
		name: 'imageUrl',
		type: 'string',
		required: true,
		displayOptions: { show, hide: { imageInputType: ['binary'] } },
		default: '',
		placeholder: 'e.g. https://example.com/image.png',
		description: 'Address of the first frame: an http(s) URL open to the internet, or a data URI',
	},
	{
		displayName: 'Input Data Field Name',
		name: 'binaryPropertyName',
		type: 'string',
		required: true,
		displayOptions: { show: { ...show, imageInputType: ['binary'] } },
		default: 'data',
		placeholder: 'e.g. data',
		hint: 'The name of the input field holding the image file',
	},
	{
		displayName: 'Prompt',
		name: 'prompt',
		type: 'string',
		required: true,
		typeOptions: { rows: 4 },
		displayOptions: { show },
		default: '',
		placeholder: 'e.g. The fox looks up, a gentle breeze in its fur, golden sunset light',
		description: 'What happens in the video',
	},
	{
		displayName: 'Aspect Ratio',
		name: 'aspectRatio',
		type: 'options',
		displayOptions: { show },
		options: aspectRatios,
		default: aspectRatio,
		description: 'Ratio of width to height. A picture of another ratio is cropped.',
	},
	{
		// First, since n8n's AI builder takes the values of two fields of one name from the first.
		...resolutionField(RESOLUTIONS, { show, hide: { model: limitedModels } }),
		builderHint: {
			propertyHint: `${limitedModels.join(' and ')} render ${limitedResolutions.join(' and ')} only`,
		},
	},
	resolutionField(limitedResolutions, { show: { ...show, model: limitedModels } }),
	{
		displayName: 'Duration (Seconds)',
		name: 'duration',
		type: 'number',
		displayOptions: { show },
		typeOptions: {
			minValue: RANGES.duration.min,
			maxValue: RANGES.duration.max,
			numberPrecision: 0,
		},
		default: duration,
		description: `Length of the video, ${RANGES.duration.min} to ${RANGES.duration.max} seconds`,
		hint: 'GPTProto charges for every second of video, for each input item',
	},
];
