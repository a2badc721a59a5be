import { runEnrolment, staffEnrolment } from '#libs/service';

await runEnrolment(staffEnrolment);
