import { inTheEditor } from './in-the-editor';

inTheEditor('2.41.1');
