/** Where the page starts: defines its one outer element. */
import './page/quorate-page.ts';
