"""What people are told: notices in the product, letters and daily digests, reminders of terms."""
