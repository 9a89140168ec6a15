"""Working days are the same for all."""

from app.access.scopes import everyone, policy
from app.calendar.models import CalendarDay

policy(CalendarDay)(everyone)
