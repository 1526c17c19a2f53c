export * from '../../src/worker.ts'
export { default } from '../../src/worker.ts'
