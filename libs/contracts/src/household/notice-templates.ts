/** What a text can say. The words belong to notification; the others only name the occasion. */
export const noticeTemplates = ['update', 'ready', 'need', 'last'] as const;
export type NoticeTemplate = (typeof noticeTemplates)[number];
