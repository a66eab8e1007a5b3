import { createApp } from 'vue'
import ChatRoom from './ChatRoom.vue'

createApp(ChatRoom).mount('#app')
