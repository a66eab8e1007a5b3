import type { DefaultTheme } from 'vitepress'

/**
 * What is searched: the words of pages, not their code, which would double the index. Built with the site, so that no
 * service is asked.
 */
export const search: NonNullable<DefaultTheme.Config['search']> = {
  provider: 'local',
  options: {
    _render: (source, env, markdown) => markdown.render(source.replace(/^```.*?^```/gms, ''), env),
  },
}
