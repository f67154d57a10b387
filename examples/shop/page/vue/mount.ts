// Mounts the Vue half.
import { createApp } from 'vue'
import VueHalf from './vue-half.vue'

export function mountVueHalf(selector: string): void {
  createApp(VueHalf).mount(selector)
}
