/** The occasions of a text. Notification has the words; the other services only name the occasion. */
export const noticeTemplates = ['update', 'ready', 'need', 'last'] as const;
export type NoticeTemplate = (typeof noticeTemplates)[number];
