// Knows what the three origins of one sandbox share. Must not know how they answer.
import type { FaultPlan } from './faults';
import type { RateLimit } from './limits';
import type { SandboxSettings } from './options';
import type { PredictionStore } from './predictions';
import type { VideoShelf } from './video';

export interface SandboxState {
	readonly apiKey: string;
	readonly settings: SandboxSettings;
	readonly store: PredictionStore;
	readonly shelf: VideoShelf;
	readonly faults: FaultPlan;
	readonly rate: RateLimit;
	readonly urls: { readonly api: string; readonly media: string; readonly elsewhere: string };
	readonly log: (line: string) => void;
	/** Submissions that got past the key, the body and the limits. */
	submissions: number;
	/** 429s given. */
	refused: number;
}
