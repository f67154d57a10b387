// Builds the shop's page, with React and Vue side by side.
import react from '@vitejs/plugin-react'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), vue()],
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022' },
})
